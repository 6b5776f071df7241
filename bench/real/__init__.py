"""The main job on real text that nobody in this project wrote."""
