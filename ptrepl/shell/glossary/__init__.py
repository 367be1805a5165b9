"""Every word that the x-ray uses, in three sentences and an example."""
