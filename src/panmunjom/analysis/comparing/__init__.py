"""Views and cases side by side over the same dates, and what makes two views differ."""
