"""The auditor's desk (审核台): find, read, sample, give an opinion, carry away with proof."""
