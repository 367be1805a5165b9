c = get_config()  # noqa: F821

c.CourseDirectory.course_id = "pytorch"
c.ExecutePreprocessor.timeout = 120  # seconds a cell; the first one loads PyTorch
