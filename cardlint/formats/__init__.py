"""Reports as people and programs read them: one pure function per format."""
