"""What could be typed next. Nothing is evaluated."""
