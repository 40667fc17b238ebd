"""Stores: whole or not there, whenever the process is killed."""
