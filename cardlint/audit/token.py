def warning(hub):
    return None
