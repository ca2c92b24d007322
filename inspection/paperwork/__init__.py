"""Papers that are given out (发文): confirmed by password, numbered, sealed, served, annulled."""
