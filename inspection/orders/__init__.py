"""Assignment orders (交办单) and task lists: handed down, acknowledged, fed back, struck off."""
