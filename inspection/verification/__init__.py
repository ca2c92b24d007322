"""Whether a document in hand is ours, whole and unaltered: one verdict, many facts."""
