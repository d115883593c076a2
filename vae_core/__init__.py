"""The science of the course: VAEs on MNIST and the geometry of their latent space. Never imports Streamlit."""
