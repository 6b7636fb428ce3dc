"""Steps taken in memory by the charts, and written by COPY: for whoever tells of many cases at once."""
