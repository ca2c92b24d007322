"""Units, enterprises, sectors, and who supervises whom."""
