"""What goes out for programs: feeds, the sitemap, data for search engines, and previews of links."""
