"""What could be typed instead: the text of a fix, and trying it before it is offered."""
