"""Files: data sets as they are published, and results in stores."""
