"""Arrays in, charts and pictures out. No Streamlit, no reading or writing of files."""
