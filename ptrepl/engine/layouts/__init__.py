"""What moved where: from which elements of its operands each element of a result comes."""
