"""What enterprises keep up (履职登记): registers, and what is due, done or overdue by them."""
