"""What is known of licences: obligations, the fingerprints of their texts, and what cards say of them. Pure."""
