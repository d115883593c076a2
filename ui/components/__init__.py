"""Components that run in the student's browser: Streamlit components (version 2), plain ES modules, no build step."""
