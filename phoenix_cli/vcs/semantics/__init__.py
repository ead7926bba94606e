"""What a source file defines, imports and uses, and where two changes that merge as text cannot live together. Pure."""
