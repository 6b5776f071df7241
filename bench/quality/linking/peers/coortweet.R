# CooRTweet: detect_groups, then generate_coordinated_network. Rscript coortweet.R SHARES.csv PAIRS.csv WINDOW_S PERCENTILE
given <- commandArgs(TRUE)
suppressMessages({
  ready <- requireNamespace("data.table", quietly = TRUE) && requireNamespace("igraph", quietly = TRUE)
  if (!ready) quit(status = 3)
  library(data.table)
  library(igraph)
})
setDTthreads(1)
source_dir <- Sys.getenv("COORTWEET_SOURCE")
if (requireNamespace("CooRTweet", quietly = TRUE)) {
  library(CooRTweet)
} else if (nzchar(source_dir)) {
  for (file in c("globals.R", "calc_group_combinations.R", "detect_groups.R", "generate_coordinated_network.R")) {
    source(file.path(source_dir, "R", file))
  }
} else {
  quit(status = 3)
}
shares <- fread(given[1], colClasses = list(character = c("object_id", "account_id", "content_id")))
found <- detect_groups(shares, time_window = as.integer(given[3]), min_participation = 2)
if (nrow(found) == 0) {
  pairs <- data.table(from = character(), to = character(), weight = numeric(), weight_threshold = numeric())
} else {
  network <- generate_coordinated_network(found, edge_weight = as.numeric(given[4]))
  pairs <- as.data.table(as_data_frame(network, "edges"))[, .(from, to, weight, weight_threshold)]
  pairs[, `:=`(from = sub("^a:", "", from), to = sub("^a:", "", to))]
}
fwrite(pairs, given[2])
