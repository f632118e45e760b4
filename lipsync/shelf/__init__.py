"""Behind `lipsync.parent_shelf`: rows, pages, pastes, copies, and the thread that keeps them fresh."""
