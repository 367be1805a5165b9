"""What ``%plot`` shows: numbers as a chart, or in words."""
