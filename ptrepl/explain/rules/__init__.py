"""One module for each kind of error, in a folder for each subject; ``table`` finds them and puts them in order."""
