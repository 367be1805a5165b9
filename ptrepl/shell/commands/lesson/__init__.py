"""Commands about lessons; those of the lesson that is open are its own."""
