"""What people read, in their language: sentences through ``gettext``, long texts as Markdown files."""
