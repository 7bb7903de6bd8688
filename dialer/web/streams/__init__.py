"""Server-sent events (contract §12): `web` lets listeners in and hands their connections over, `live` keeps
them. Neither holds a thread for a listener.
"""
