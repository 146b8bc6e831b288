"""The commands: export_edge_manifest, export_client_schema, mizan_graph, mizan_functions."""
