"""What offices owe upward: the monthly dispatch table (调度表), counted, sent and united."""
