"""The origin cache: coherent at every interleaving, in memory and on Redis (SPEC.md, section 15).
"""
