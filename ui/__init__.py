"""Everything that knows Streamlit and is shared by two pages or more."""
