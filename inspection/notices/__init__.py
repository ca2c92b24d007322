"""How people learn of things (通知): an inbox for each, e-mail and web push for who wants them."""
