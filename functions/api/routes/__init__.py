"""What the API answers, a module for each part of the page."""
