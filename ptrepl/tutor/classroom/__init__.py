"""The progress of a class: files of many learners → where the class is stuck."""
