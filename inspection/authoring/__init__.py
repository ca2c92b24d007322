"""Lists made by safety engineers (自编检查表): drafts, four eyes, publication, files in and out."""
