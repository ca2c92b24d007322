"""From a record to a signed PDF on the shelf."""
