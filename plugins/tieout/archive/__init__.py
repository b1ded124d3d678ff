"""The archive: everything that we received or are about to send, exactly as it is, encrypted and written once."""
