"""What a statement did, as HTML for notebooks: tables and text, without scripts."""
