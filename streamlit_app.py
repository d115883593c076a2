"""Where the course is entered: by the server, which imports `app`, and by every visit of a page, which runs this file.

`streamlit run streamlit_app.py` finds `app` by itself; so does `uvicorn streamlit_app:app`.
"""

import streamlit as st
from starlette.middleware import Middleware

from ui import front_door, headers, origins, server_memory

if __name__ == "__main__":
    front_door.show()
else:
    server_memory.give_back_what_is_freed()
    app = st.App(__file__, middleware=[Middleware(headers.SecurityHeaders), Middleware(origins.OwnOriginOnly)])
