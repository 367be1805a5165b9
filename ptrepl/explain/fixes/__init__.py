"""What could be typed instead: the text of a fix, and a trial of it before it is offered."""
