"""What makes a file ours, and which schema this program knows."""

APPLICATION_ID = 0x50484E58  # "PHNX": tells our file from any other SQLite file, and from an empty one
SCHEMA_VERSION = 8  # the number of migrations; kept in user_version so that the common case needs no import of them
