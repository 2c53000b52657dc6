"""The dashboard's pages; app.py is the door, shell.py their frame."""
