"""Writes docs/reference.md from the code: every command, variable, fault, setting, profile, step and endpoint.

A package of its own, as the lab and the reference engine never import each other, and the page tells of both.
"""
