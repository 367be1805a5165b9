"""Finds lessons: shipped ones, files, folders, packs, translations."""
