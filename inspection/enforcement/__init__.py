"""Measures and penalties (强制措施与行政处罚) of departments, and who offends again and again."""
