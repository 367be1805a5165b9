"""What moved where, as grids of elements, as columns of dims, or in words."""
