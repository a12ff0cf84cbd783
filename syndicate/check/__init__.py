"""Checks documents by the rules of their specifications: RSS 2.0, Atom 1.0, JSON Feed 1.0 and 1.1, OPML 2.0.

May know: bytes and the address they came from; no files, no network, no clock.
"""
