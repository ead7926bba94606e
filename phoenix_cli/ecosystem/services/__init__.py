"""Services: start, watch, stop. One small supervisor process each, no daemon besides; docs/design/0004-services.md."""
