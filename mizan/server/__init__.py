"""What any Python adapter needs: declaring, checking, running. No framework is imported here."""
